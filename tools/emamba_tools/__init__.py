"""Tools around eMamba networks: files, the integer contract, training and quantisation."""
