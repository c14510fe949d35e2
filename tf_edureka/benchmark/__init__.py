"""How fast this project trains, beside other ways to train the same network on the same batches."""
