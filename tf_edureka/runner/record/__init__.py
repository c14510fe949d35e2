"""`--record`: what a script trains is written down while it runs, and changes by no bit.

`gradients` notes what gradients are taken of, `updates` which ops apply them, `plan` what a session
run is to be asked for, `schedule` how much of a step is stored, `recorder` writes the trace, and
`hooks` puts all this into TensorFlow's sessions. Nothing here ever adds an op to a graph: default
op seeds, and so the script's random numbers, would be others.
"""
