"""`--record`: records the training of a script while it runs; its results stay bit-identical.

- `gradients` notes the gradients that the script requests.
- `updates` finds the ops that apply them.
- `plan` lists the additional fetches of a session run.
- `schedule` decides how much of a step is stored.
- `recorder` writes the trace.
- `hooks` installs the recorder in TensorFlow's sessions.

No code here adds an op to a graph: that would change the default op seeds, and with them the
script's random numbers.
"""
