"""What tests share: providers, kernels, browsers and clips that are made for them."""
