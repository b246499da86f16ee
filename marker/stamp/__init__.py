"""A numbered copy to a stamped file: wording, layout, PDF, DOCX, Data Matrix."""
