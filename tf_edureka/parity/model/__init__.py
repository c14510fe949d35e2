"""A Keras model beside a recorded run, and what is wrong in it."""
