# what the samples hold
