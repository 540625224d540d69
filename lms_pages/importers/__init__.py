"""Reading courses of other systems. Pure: files in, plain data out; `services.course_import` writes the pages."""
