"""GLPK as a judge that shares no code with HiGHS: it reads the files that are written for other solvers."""

from __future__ import annotations

from pathlib import Path

import swiglpk


def net_value(path: Path) -> float | None:
    """Net value of the problem in an MPS or LP file, by GLPK's simplex method; nothing where no plan is feasible."""
    swiglpk.glp_term_out(swiglpk.GLP_OFF)
    model = swiglpk.glp_create_prob()
    try:
        if path.suffix == ".mps":
            failed = swiglpk.glp_read_mps(model, swiglpk.GLP_MPS_FILE, None, str(path))
        else:
            failed = swiglpk.glp_read_lp(model, None, str(path))
        assert not failed, path.read_text("utf-8")
        assert swiglpk.glp_get_obj_dir(model) == swiglpk.GLP_MIN
        control = swiglpk.glp_smcp()
        swiglpk.glp_init_smcp(control)
        assert swiglpk.glp_simplex(model, control) == 0
        status = swiglpk.glp_get_status(model)
        assert status in {swiglpk.GLP_OPT, swiglpk.GLP_NOFEAS}
        return -swiglpk.glp_get_obj_val(model) if status == swiglpk.GLP_OPT else None
    finally:
        swiglpk.glp_delete_prob(model)


def names(path: Path) -> tuple[list[str], list[str]]:
    """Names of columns and rows, as GLPK reads them."""
    swiglpk.glp_term_out(swiglpk.GLP_OFF)
    model = swiglpk.glp_create_prob()
    assert not swiglpk.glp_read_mps(model, swiglpk.GLP_MPS_FILE, None, str(path))
    columns = [swiglpk.glp_get_col_name(model, j + 1) for j in range(swiglpk.glp_get_num_cols(model))]
    rows = [swiglpk.glp_get_row_name(model, i + 1) for i in range(swiglpk.glp_get_num_rows(model))]
    swiglpk.glp_delete_prob(model)
    return columns, rows
