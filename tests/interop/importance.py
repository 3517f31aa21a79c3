"""Importance matrices as the gguf package writes them."""
import gguf
import numpy as np

from reference_files import open_gguf

TOKENS = 3584
DATASETS = ["calibration.txt", "more.txt"]
CHUNKS = 7


def write(model, path):
    """Random importance for the blocks of a GGUF model; returns the mean squares by tensor."""
    random = np.random.default_rng(1)
    writer = gguf.GGUFWriter(path, arch="llama")
    writer.add_type("imatrix")
    writer.add_array("imatrix.datasets", DATASETS)
    writer.add_uint32("imatrix.chunk_count", CHUNKS)
    writer.add_uint32("imatrix.chunk_size", 512)
    means = {}
    for tensor in open_gguf(model).tensors:
        if not tensor.name.startswith("blk.") or len(tensor.shape) < 2:
            continue
        sums = np.exp(1.5 * random.normal(size=int(tensor.shape[0]))).astype("<f4") * TOKENS
        means[tensor.name] = sums / np.float32(TOKENS)
        writer.add_tensor(tensor.name + ".in_sum2", sums.reshape(1, -1))
        writer.add_tensor(tensor.name + ".counts", np.full((1, 1), TOKENS, "<f4"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return means
