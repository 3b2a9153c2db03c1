"""From rules and answers to a recommendation. Pure: values in, values out."""
