"""Begin a plan file from a text, and review one before it joins the others."""
