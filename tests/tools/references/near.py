"""near.py: when two numbers are the same number."""
import math

TOLERANCE = {"estimate": 1e-9, "se": 1e-9, "ci_low": 1e-7, "ci_high": 1e-7, "df": 1e-7, "df_design": 1e-7,
             "deff": 1e-9, "n_obs": 0.0}


def number(text):
    """'' is None; 'NaN', 'Inf', '-Inf' mean themselves."""
    if text in ("", "NA"):
        return None
    return float(text.replace("Inf", "inf").replace("NaN", "nan"))


def same(got, expected, tolerance, floor=0.0):
    """|got - expected| <= tolerance |expected|, or both below the floor; NaN equals NaN, Inf equals Inf."""
    if got is None or expected is None:
        return got is expected
    if math.isnan(expected) or math.isnan(got):
        return math.isnan(expected) and math.isnan(got)
    if math.isinf(expected) or math.isinf(got):
        return got == expected
    return abs(got - expected) <= max(tolerance * abs(expected), floor)
