"""Where the value of an option comes from: flag over variable over options file."""

#: Where the options file of this command stands in click's context, where there is one.
OPTIONS_FILE = "bulksend.options_file"
