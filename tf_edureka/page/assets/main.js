// Begins what is there.

neuron.begin();
if (DATA) beginNetwork();
