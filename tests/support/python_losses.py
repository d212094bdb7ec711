"""Runs the exported Python losses and writes what they give, for tests/unit/engine/objectives/python.test.ts.

Where PyTorch is not installed its functions are NumPy's, in float64: the text that is run is the exported one in either case.
"""
import json
import sys
import types

try:
    import torch

    def tensor(values):
        return torch.tensor(values, dtype=torch.float64)

except ImportError:
    import numpy as np

    class Tensor(np.ndarray):
        def new_tensor(self, value):
            return tensor(value)

        def to(self, dtype):
            return self.astype(dtype).view(Tensor)

        def detach(self):
            return self

    def tensor(values):
        return np.asarray(values, dtype=np.float64).view(Tensor)

    def only_tensors(function):
        # As PyTorch, and unlike NumPy, refuse plain numbers.
        def run(*args):
            for arg in args:
                if not isinstance(arg, Tensor):
                    raise TypeError(f"{function.__name__} takes tensors, not {arg!r}")
            return np.asarray(function(*args)).view(Tensor)

        return run

    torch = types.ModuleType("torch")
    functional = types.ModuleType("torch.nn.functional")
    nn = types.ModuleType("torch.nn")
    torch.nn = nn
    nn.functional = functional
    sys.modules.update({"torch": torch, "torch.nn": nn, "torch.nn.functional": functional})
    functional.logsigmoid = only_tensors(lambda x: -np.logaddexp(0.0, -x))
    torch.sigmoid = only_tensors(lambda x: np.exp(-np.logaddexp(0.0, -x)))
    for name in ["exp", "expm1", "log", "sqrt", "square", "abs", "sign", "maximum", "minimum", "zeros_like", "argsort"]:
        setattr(torch, name, only_tensors(getattr(np, name)))
    torch.clamp = lambda x, max: only_tensors(np.minimum)(x, tensor(max))
    torch.where = only_tensors(np.where)

asked = json.load(sys.stdin)
batch = {name: tensor(values) for name, values in asked["batch"].items()}
inputs = {
    "chosen_logps": "policyChosen",
    "rejected_logps": "policyRejected",
    "ref_chosen_logps": "referenceChosen",
    "ref_rejected_logps": "referenceRejected",
    "chosen_lengths": "chosenLength",
    "rejected_lengths": "rejectedLength",
    "kl": "KL",
}
for case in asked["cases"]:
    scope = {}
    exec(compile(case["python"], case["title"], "exec"), scope)
    function = [value for value in scope.values() if getattr(value, "__code__", None) and "chosen_logps" in value.__code__.co_varnames][-1]
    taken = function.__code__.co_varnames[: function.__code__.co_argcount]
    loss = function(**{name: batch[inputs[name]] for name in taken})
    assert loss.shape == (len(asked["batch"]["policyChosen"]),), case["title"]
    case["loss"] = loss.tolist()
json.dump(asked, sys.stdout, indent=1, allow_nan=False)
print()
