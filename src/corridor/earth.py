"""Distances over the sphere."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

EARTH_RADIUS_KM = 6371.0
"""Mean radius; distances over the sphere are within 0.5 % of those over the ellipsoid."""


def great_circle_km(
    longitude_deg: npt.ArrayLike,
    latitude_deg: npt.ArrayLike,
    to_longitude_deg: npt.ArrayLike,
    to_latitude_deg: npt.ArrayLike,
) -> Floats:
    """Distance over the sphere between points, pair by pair.

    Parameters
    ----------
    longitude_deg, latitude_deg, to_longitude_deg, to_latitude_deg
        Degrees; arrays broadcast.

    Returns
    -------
    ndarray
        Km.
    """
    lon, lat, to_lon, to_lat = map(np.radians, (longitude_deg, latitude_deg, to_longitude_deg, to_latitude_deg))
    chord = np.sin((to_lat - lat) / 2) ** 2 + np.cos(lat) * np.cos(to_lat) * np.sin((to_lon - lon) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(chord))))


def unit_vectors(longitude_deg: npt.ArrayLike, latitude_deg: npt.ArrayLike) -> Floats:
    """Points on the unit sphere, points x 3: the nearest by chord is the nearest by great circle."""
    lon, lat = np.radians(longitude_deg), np.radians(latitude_deg)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def chord_km(chord: npt.ArrayLike) -> Floats:
    """Distance over the sphere between points of the unit sphere that lie a straight ``chord`` apart, km."""
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.asarray(chord, float) / 2)))
