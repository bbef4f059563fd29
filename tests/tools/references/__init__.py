"""One module a kind of reference folder, and what they share: calls.py runs palermo, near.py compares numbers,
filters.py reads R's filter expressions."""
