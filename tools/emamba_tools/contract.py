"""The integer contract in numpy: an independent reference for the C model and the RTL.

Codes are int64 arrays; a value is code * 2^exponent. Accumulators are exact. Every function takes
leading axes as they come (frames, tokens) and works on the last ones. Exponents and names are as in
`network.py`, whose limits keep every intermediate below 2^62.
Source: the project's integer contract, operator by operator and in its order.
"""

import numpy as np

from .network import A_BAR_EXPONENT, PER_TOKEN, Network, Pwl

Array = np.ndarray


# --- Numbers


def sat(x: Array, bits: int) -> Array:
    """Clamp to the signed range of `bits` bits."""
    return np.clip(x, -(1 << bits - 1), (1 << bits - 1) - 1)


def divide(numerator: Array, denominator: Array | int) -> Array:
    """round(numerator / denominator): to nearest, ties to even. The denominator is positive."""
    quotient = numerator // denominator
    rest = 2 * (numerator - quotient * denominator)
    up = (rest > denominator) | ((rest == denominator) & (quotient & 1 == 1))
    return quotient + up


def align(c: Array, e_from: int, e_to: int) -> Array:
    """The code at `e_to` of c * 2^e_from; exact, or rounded once. |c| and the result < 2^62."""
    if e_from >= e_to:
        return np.left_shift(c, e_from - e_to)
    shift = e_to - e_from
    if shift >= 63:  # |c| / 2^shift is below one half
        return np.zeros_like(c)
    quotient = np.right_shift(c, shift)
    rest = c - (quotient << shift)
    half = 1 << shift - 1
    return quotient + ((rest > half) | ((rest == half) & (quotient & 1 == 1)))


def requant(c: Array, e_from: int, e_to: int) -> Array:
    """sat(align(c), 8) for exponents any distance apart."""
    if e_from > e_to:  # 256 saturates already, and so does any code other than 0 eight bits up
        return sat(np.left_shift(np.clip(c, -256, 256), min(e_from - e_to, 8)), 8)
    return sat(align(c, e_from, e_to), 8)


def add(a: Array, e_a: int, b: Array, e_b: int) -> tuple[Array, int]:
    """The exact sum of two values, at the smaller of their exponents."""
    e = min(e_a, e_b)
    return align(a, e_a, e) + align(b, e_b, e), e


# --- Operators


def linear(x: Array, weight: Array) -> Array:
    """x [...,I], weight [O,I] -> the accumulators [...,O], at e_W + e_x."""
    return x @ weight.T


def conv1d(x: Array, weight: Array) -> Array:
    """Causal and depthwise: x [...,L,ED], weight [ED,K] -> the accumulators [...,L,ED]."""
    taps = weight.shape[1]
    padded = np.pad(x, [(0, 0)] * (x.ndim - 2) + [(taps - 1, 0), (0, 0)])
    return sum(weight[:, k] * padded[..., k : k + x.shape[-2], :] for k in range(taps))


def range_norm(
    x: Array, gamma: Array, beta: Array, e_gamma: int, e_beta: int, e_out: int
) -> Array:
    """x [...,D] -> INT8 [...,D] at e_out: gamma * (x - mean) / range + beta, rounded once."""
    D, m = x.shape[-1], min(e_gamma, e_beta, e_out)
    S = x.sum(-1, keepdims=True)
    R = np.maximum(x.max(-1, keepdims=True) - x.min(-1, keepdims=True), 1)
    scaled = (D * x - S) * (gamma << e_gamma - m) + D * R * (beta << e_beta - m)
    return sat(divide(scaled, D * R << e_out - m), 8)


def pwl(x: Array, table: Pwl) -> Array:
    """An INT8 code through a piecewise-linear table -> INT8, same shape."""
    region = np.searchsorted(table.thresholds, x, side="right")
    value = table.slopes[region] * x + table.intercepts[region]
    return sat(align(value, 0, table.shift), 8)


def mean(x: Array, e_from: int, e_to: int) -> Array:
    """x [...,L,D] -> INT8 [...,D]: the mean over the tokens, requantised, in one rounding."""
    L, S, up = x.shape[-2], x.sum(-2), e_from - e_to
    if up >= 0:  # a sum other than 0 saturates from here on
        return sat(divide(S << min(up, 8 + L.bit_length()), L), 8)
    return sat(divide(S, L << min(-up, 9)), 8)  # at 9 bits down the mean is a quarter at most


# --- The network


class _Forward:
    """One pass over a few frames; `nodes` collects the codes of every node when it is a dict."""

    def __init__(self, network: Network, nodes: dict[str, list[Array]] | None):
        self.shape, self.pwl = network.shape, network.pwl
        self.e, self.tensors, self.nodes = network.exponents, network.tensors, nodes

    def put(self, name: str, codes: Array) -> Array:
        if self.nodes is not None:
            self.nodes.setdefault(name, []).append(codes)
        return codes

    def requant(self, name: str, codes: Array, e_from: int) -> Array:
        return self.put(name, requant(codes, e_from, self.e[name]))

    def biased(self, name: str, acc: Array, x: str, node: str) -> Array:
        """Accumulators of tensor `name` and node `x`, plus the bias, requantised to `node`."""
        e_acc = self.e[f"{name}.weight"] + self.e[x]
        total, e = add(acc, e_acc, self.tensors[f"{name}.bias"], self.e[f"{name}.bias"])
        return self.requant(node, total, e)

    def linear(self, name: str, codes: Array, x: str, node: str, bias: bool) -> Array:
        acc = linear(codes, self.tensors[f"{name}.weight"])
        if bias:
            return self.biased(name, acc, x, node)
        return self.requant(node, acc, self.e[f"{name}.weight"] + self.e[x])

    def run(self, frames: Array) -> Array:
        s, e = self.shape, self.e
        self.put("input", frames)
        patches = frames.reshape(-1, s["H"] // s["P"], s["P"], s["W"] // s["P"], s["P"], s["C"])
        patches = patches.transpose(0, 1, 3, 2, 4, 5).reshape(len(frames), s["L"], -1)
        patches = self.requant("patches", patches, e["input"])
        tok, name = self.linear("embed", patches, "patches", "embed", bias=True), "embed"
        for block in range(s["M"]):
            tok, name = self.block(f"blocks.{block}.", tok, name), f"blocks.{block}.output"
        return self.head(tok, e[name])

    def head(self, tok: Array, e_tok: int) -> Array:
        if self.shape["head"] == "none":
            return self.requant("output", tok.reshape(len(tok), -1), e_tok)
        if self.shape["head"] == "mean":
            x = self.put("head.in", mean(tok, e_tok, self.e["head.in"]))
        elif self.shape["head"] == "token":
            x = self.requant("head.in", tok, e_tok)
        else:
            x = self.requant("head.in", tok.reshape(len(tok), -1), e_tok)
        return self.linear_head(x)

    def linear_head(self, x: Array) -> Array:
        if not self.shape["head_hidden"]:
            return self.linear("head.0", x, "head.in", "output", bias=True)
        hidden = self.linear("head.0", x, "head.in", "head.hidden", bias=True)
        act = self.requant("head.act", np.maximum(hidden, 0), self.e["head.hidden"])
        return self.linear("head.1", act, "head.act", "output", bias=True)

    def block(self, b: str, tok: Array, tok_name: str) -> Array:
        """One block on the tokens tok [n,L,D]; `b` is its name's prefix."""
        s, e, t = self.shape, self.e, self.tensors
        R, N, ED = s["R"], s["N"], s["ED"]
        gamma, beta = f"{b}norm.gamma", f"{b}norm.beta"
        u = range_norm(tok, t[gamma], t[beta], e[gamma], e[beta], e[f"{b}norm"])
        self.put(f"{b}norm", u)
        sz = self.linear(f"{b}in_proj", u, f"{b}norm", f"{b}in_proj", bias=False)
        s_half = self.requant(f"{b}conv.in", sz[..., :ED], e[f"{b}in_proj"])
        z = self.requant(f"{b}gate.in", sz[..., ED:], e[f"{b}in_proj"])

        w = conv1d(s_half, t[f"{b}conv.weight"])
        w = self.biased(f"{b}conv", w, f"{b}conv.in", f"{b}conv")
        if s["conv_silu"]:
            x = self.put(f"{b}x", pwl(w, self.pwl[f"{b}x"]))
        else:
            x = self.requant(f"{b}x", w, e[f"{b}conv"])
        g = self.put(f"{b}gate", pwl(z, self.pwl[f"{b}gate"]))

        p = self.linear(f"{b}param_proj", x, f"{b}x", f"{b}params", bias=False)
        e_p = e[f"{b}params"]
        delta_in = self.requant(f"{b}delta_in", p[..., :R], e_p)
        B = self.requant(f"{b}B", p[..., R : R + N], e_p)
        C = self.requant(f"{b}C", p[..., R + N :], e_p)
        delta = self.linear(f"{b}delta_proj", delta_in, f"{b}delta_in", f"{b}delta_proj", bias=True)
        delta = self.requant(f"{b}delta", np.maximum(delta, 0), e[f"{b}delta_proj"])

        y = self.ssm(b, x, delta, B, C)
        q = self.requant(f"{b}gated", y * g, e[f"{b}y"] + e[f"{b}gate"])
        o = self.linear(f"{b}output_proj", q, f"{b}gated", f"{b}output_proj", bias=False)
        return self.requant(f"{b}output", *add(tok, e[tok_name], o, e[f"{b}output_proj"]))

    def ssm(self, b: str, x: Array, delta: Array, B: Array, C: Array) -> Array:
        """x, delta [n,L,ED]; B, C [n,L,N] -> y [n,L,ED]."""
        s, e = self.shape, self.e
        A, table = self.tensors[f"{b}A"], self.pwl[f"{b}A_bar"]
        e_x, e_delta, e_cur = e[f"{b}x"], e[f"{b}delta"], e[f"{b}state"] + A_BAR_EXPONENT
        h = np.zeros((len(x), s["ED"], s["N"]), np.int64)
        sums = []
        for token in range(s["L"]):
            dt = delta[:, token, :, None]
            a_in = self.requant(f"{b}exp_in", dt * A, e_delta + e[f"{b}A"])
            A_bar = self.put(f"{b}A_bar", pwl(a_in, table))
            B_bar = self.requant(f"{b}B_bar", dt * B[:, token, None, :], e_delta + e[f"{b}B"])
            drive = align(B_bar * x[:, token, :, None], e[f"{b}B_bar"] + e_x, e_cur)
            cur = sat(A_bar * h + drive, 24)
            sums.append((C[:, token, None, :] * cur).sum(-1))
            h = self.put(f"{b}state", sat(cur >> 7, 17))
        direct = self.tensors[f"{b}D"] * x
        y, e_y = add(np.stack(sums, 1), e[f"{b}C"] + e_cur, direct, e[f"{b}D"] + e_x)
        return self.requant(f"{b}y", y, e_y)


def forward(
    network: Network, frames: Array, nodes: dict[str, Array] | None = None, batch: int = 250
) -> Array:
    """Run `network` on frames, INT8 codes [n,H,W,C] -> output codes int8 [n,outputs].

    With head none or token every token has outputs: [n,L*outputs].

    `nodes`, when given, is filled with the codes of every node, by name: [n,...]; what a block's
    ssm makes token by token (exp_in, A_bar, B_bar, and the stored state) is [n,L,ED,N].
    `batch` frames run at a time. Raises ValueError when frames do not have the network's shape.
    """
    wanted = tuple(network.shape[key] for key in ("H", "W", "C"))
    if frames.dtype != np.int8 or frames.ndim != 4 or frames.shape[1:] != wanted:
        have = f"{frames.dtype} {list(frames.shape)}"
        raise ValueError(f"frames are {have}; must be int8 [n, H, W, C] with H, W, C = {wanted}")
    tokens = network.shape["L"] if network.shape["head"] in PER_TOKEN else 1
    outputs, collected = [np.empty((0, tokens * network.shape["outputs"]), np.int64)], {}
    for start in range(0, len(frames), batch):
        parts: dict[str, list[Array]] | None = None if nodes is None else {}
        run = _Forward(network, parts)
        part = frames[start : start + batch].astype(np.int64)
        outputs.append(run.run(part).reshape(len(part), -1))
        for name, codes in (parts or {}).items():
            whole = codes[0] if len(codes) == 1 else np.stack(codes, 1)
            collected.setdefault(name, []).append(whole)
    if nodes is not None:
        nodes.update({name: np.concatenate(parts) for name, parts in collected.items()})
    return np.concatenate(outputs).astype(np.int8)
