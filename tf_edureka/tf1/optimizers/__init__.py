"""TensorFlow 1's optimizers as Keras optimizers that run the same ops."""

from tf_edureka.tf1.optimizers.adagrad import Adadelta, Adagrad
from tf_edureka.tf1.optimizers.adam import Adam
from tf_edureka.tf1.optimizers.ftrl import Ftrl
from tf_edureka.tf1.optimizers.momentum import Momentum
from tf_edureka.tf1.optimizers.rms_prop import RMSProp

__all__ = ["Adadelta", "Adagrad", "Adam", "Ftrl", "Momentum", "RMSProp"]
