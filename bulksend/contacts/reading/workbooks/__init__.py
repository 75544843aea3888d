"""Workbooks (.xlsx, .ods) -> rows of texts as a person sees them."""
