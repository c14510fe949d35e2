// Begins what is there.

neuron.begin();
