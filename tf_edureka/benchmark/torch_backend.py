"""Training the network with PyTorch."""

import numpy as np
import torch

from tf_edureka.benchmark.task import Task, Trainer


def eager(task: Task, compiled: bool = False) -> Trainer:
    """Trains `task` with fused Adam, the steps optionally `compiled`; images on the device."""
    device = "cuda" if task.device == "gpu" else "cpu"
    layers, initial = [], task.initial_weights()
    for kernel, bias in zip(initial[::2], initial[1::2], strict=True):
        layer = torch.nn.Linear(*kernel.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(kernel.T.copy()))
            layer.bias.copy_(torch.from_numpy(bias))
        layers += [layer, torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1]).to(device)
    adam = torch.optim.Adam(model.parameters(), lr=task.learning_rate, eps=task.epsilon, fused=True)
    train_split = task.data.train
    images = torch.from_numpy(train_split.images.reshape(-1, 784).copy()).to(device)
    labels = torch.from_numpy(train_split.labels.astype(np.int64)).to(device)

    def cost_of(pixels: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.cross_entropy(model(pixels.float() * (1 / 255)), truth)

    if compiled:
        cost_of = torch.compile(cost_of)  # forward and backward

    def train(number: int) -> None:
        for batch in torch.from_numpy(task.order(number).astype(np.int64)).to(device):
            adam.zero_grad(set_to_none=True)
            cost = cost_of(images[batch], labels[batch])
            cost.backward()
            adam.step()
        cost.item()

    return Trainer(train, lambda: [one.detach().cpu().numpy().T for one in model.parameters()])
