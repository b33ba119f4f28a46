CELL = 0  # what a keeper is sent when a cell begins, beside the numbers of signals
