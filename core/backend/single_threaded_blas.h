#pragma once

namespace ql {

/// While it lives, BLAS computes in the calling thread alone. OpenBLAS's results depend on its
/// number of threads, so every call of ours stands under one, inside our own parallel loops and
/// outside them.
class SingleThreadedBlas {
  public:
    SingleThreadedBlas();
    ~SingleThreadedBlas();
    SingleThreadedBlas(const SingleThreadedBlas&) = delete;
    SingleThreadedBlas& operator=(const SingleThreadedBlas&) = delete;

  private:
    int threads_;
};

}  // namespace ql
