"""The article's programs as TensorFlow 1 ran them: graphs, sessions and feed_dict.

Each program has a graph and a session of its own; nothing is switched in the process, so TensorFlow
2 and Keras work beside it, before and after. Only `python -m tf_edureka.legacy SCRIPT`, which runs
old scripts, makes its process one of TensorFlow 1.
"""
