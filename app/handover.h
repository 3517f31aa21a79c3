#pragma once

// Qt orders what one thread hands to another by locks of its own, which the thread sanitizer cannot
// see in a Qt that is not instrumented. These two say where that happens; elsewhere they are
// nothing.
#if defined(__SANITIZE_THREAD__)
extern "C" {
void __tsan_acquire(void* address);  // NOLINT(bugprone-reserved-identifier): the sanitizer's names
void __tsan_release(void* address);  // NOLINT(bugprone-reserved-identifier)
}
#endif

namespace ql::gui {

#if defined(__SANITIZE_THREAD__)
inline char handoverPoint = 0;
/// Everything this thread did so far can be seen by who takes over.
inline void handOver() { __tsan_release(&handoverPoint); }
inline void takeOver() { __tsan_acquire(&handoverPoint); }
#else
inline void handOver() {}
inline void takeOver() {}
#endif

}  // namespace ql::gui
