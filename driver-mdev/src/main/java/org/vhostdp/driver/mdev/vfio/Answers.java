package org.vhostdp.driver.mdev.vfio;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.DriverException;

/**
 * INFO requests whose answer may be longer than its fixed part: the kernel says how long it would
 * be in the first word (argsz), and is asked again.
 */
final class Answers {
  /** Far more than any answer is; a greater number is not followed. */
  private static final long MOST = 1 << 20;

  private Answers() {}

  /** Prepares and interprets one request. */
  interface Request {
    /** Fills in what the request needs besides argsz. */
    void fill(MemorySegment structure);
  }

  /**
   * Asks.
   *
   * @param fixed bytes of the fixed part
   * @param name the request's name, for sentences
   * @param object what is asked about, for sentences
   * @return the whole answer, in the arena
   */
  static MemorySegment ask(
      Arena arena, Fd fd, int request, long fixed, String name, String object, Request fill)
      throws DriverException {
    MemorySegment answer = once(arena, fd, request, fixed, name, object, fill);
    long wanted = Integer.toUnsignedLong(answer.get(ValueLayout.JAVA_INT, 0));
    if (wanted <= fixed || wanted > MOST) {
      return answer;
    }
    MemorySegment whole = once(arena, fd, request, wanted, name, object, fill);
    long used = Integer.toUnsignedLong(whole.get(ValueLayout.JAVA_INT, 0));
    return used >= fixed && used <= wanted ? whole.asSlice(0, used) : whole;
  }

  private static MemorySegment once(
      Arena arena, Fd fd, int request, long size, String name, String object, Request fill)
      throws DriverException {
    MemorySegment structure = arena.allocate(size, Long.BYTES);
    structure.set(ValueLayout.JAVA_INT, 0, (int) size);
    fill.fill(structure);
    int result = Ioctl.call(fd, request, structure);
    if (result < 0) {
      throw VfioErrors.of(name, object, -result);
    }
    return structure;
  }
}
