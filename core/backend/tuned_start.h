#pragma once

namespace ql {

/// Gives OpenMP and OpenBLAS the settings that they read before main begins: the program starts
/// itself again with them in its environment, once, unless the environment has them already.
///
/// - OpenMP's threads sleep while they wait. Spinning takes the processor from others, who need it
///   to let the waited-for thread go on: on a busy machine a comparison took 2.5 times as long.
/// - OpenBLAS takes the kernels of the latest processor that it knows. Of one that came after it it
///   takes the first 64-bit ones ("Prescott"), which are 4 times slower.
///
/// Call it first in main. Returns if nothing is to change, or the program cannot be started again.
void start_tuned(char** argv);

}  // namespace ql
