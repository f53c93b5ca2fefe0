"""What a study means for those who decide: the same flow problem, asked for strategy."""
