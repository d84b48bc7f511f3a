#!this line is skipped
error("on line 2")
