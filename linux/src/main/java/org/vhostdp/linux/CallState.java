package org.vhostdp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * Where errno of the last failed call is kept. Allocate one per thread or queue and never share it
 * between threads.
 */
public final class CallState {
  private static final StructLayout LAYOUT = Linker.Option.captureStateLayout();
  private static final long ERRNO = LAYOUT.byteOffset(PathElement.groupElement("errno"));
  private static final ThreadLocal<CallState> OF_THREAD =
      ThreadLocal.withInitial(() -> new CallState(Arena.ofAuto()));

  private final MemorySegment segment;

  /**
   * Allocates the few bytes needed.
   *
   * @param arena owns the memory; must outlive every call made with this state
   */
  public CallState(Arena arena) {
    segment = arena.allocate(LAYOUT);
  }

  /** The state for calls of the control path, which nobody hands one to. */
  static CallState ofThread() {
    return OF_THREAD.get();
  }

  /** errno of the last call made with this state that failed; meaningless if none did. */
  public int errno() {
    return segment.get(ValueLayout.JAVA_INT, ERRNO);
  }

  MemorySegment segment() {
    return segment;
  }
}
