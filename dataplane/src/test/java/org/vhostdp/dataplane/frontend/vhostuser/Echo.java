package org.vhostdp.dataplane.frontend.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import org.vhostdp.guest.twin.NetHeader;
import org.vhostdp.guest.twin.NetQueue;
import org.vhostdp.guest.twin.Stamp;

/** Frames sent through a port whose driver sends them back: each one, unchanged, in order. */
// The twin is on the class path, which no module exports.
@SuppressWarnings("exports")
public final class Echo {
  private static final int ETHERNET = 14;
  private static final int WINDOW = 100;

  /** Only end a hang: longer than any stall of a machine, and than so many frames may take. */
  private static final long SECONDS = 30;

  private static final int FRAMES_PER_SECOND = 2000;
  private static final int SERIES_SHIFT = 32;
  private static final AtomicInteger SERIES = new AtomicInteger();

  private final MemorySegment out = Arena.ofAuto().allocate(NetQueue.LARGEST_FRAME, 8);
  private final MemorySegment in = Arena.ofAuto().allocate(NetQueue.LARGEST_FRAME, 8);
  private final NetHeader header = new NetHeader();
  private final NetQueue queue;
  private final boolean passing;

  /** Upper half of each sequence number: frames of one echo are never taken for another's. */
  private final long series = (long) SERIES.getAndIncrement() << SERIES_SHIFT;

  private long next;
  private long came;

  public Echo(NetQueue queue) {
    this(queue, false);
  }

  private Echo(NetQueue queue, boolean passing) {
    this.queue = queue;
    this.passing = passing;
  }

  /**
   * One that passes over what an earlier echo sent and nobody took, whenever it comes, and what
   * anybody else sent before.
   */
  public static Echo pastOthers(NetQueue queue) {
    return new Echo(queue, true);
  }

  /** Sends so many frames of 64 to 1400 bytes and takes each one back. */
  public static void check(NetQueue queue, int frames) throws IOException {
    new Echo(queue).run(frames);
  }

  /** Sends so many more and takes each one back. */
  public void run(int frames) throws IOException {
    long last = next + frames;
    long seconds = SECONDS + frames / FRAMES_PER_SECOND;
    long deadline = System.nanoTime() + seconds * 1_000_000_000L;
    while (came < last) {
      int work = queue.reclaim();
      while (next < last && next - came < WINDOW && send()) {
        work++;
      }
      queue.flush();
      while (take()) {
        work++;
      }
      if (work == 0) {
        queue.awaitFrame(20);
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "%d of %d frames came back in %d s".formatted(came, next, seconds));
      }
    }
  }

  private static int size(long sequence) {
    return 64 + (int) (sequence * 37 % 1337);
  }

  /** Adds the next frame to the ring. */
  public boolean send() {
    int size = size(next);
    out.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, 0x0202_0202_0202_0202L);
    out.set(ValueLayout.JAVA_LONG_UNALIGNED, 6, 0x0404_0404_0404_0404L);
    out.set(ValueLayout.JAVA_SHORT_UNALIGNED, 12, (short) 0xB588);
    Stamp.write(out, ETHERNET, size - ETHERNET, series | next);
    if (!queue.transmit(out, 0, size, null)) {
      return false;
    }
    next++;
    return true;
  }

  /** Takes one frame, which must be the next of this echo, or one that is passed over. */
  private boolean take() {
    int size = queue.receive(in, 0, header);
    if (size < 0) {
      return false;
    }
    long sequence = Stamp.check(in, ETHERNET, size - ETHERNET);
    // The driver keeps the order: what is no echo's comes before this one's first frame or never.
    if (passing && sequence < series && (sequence >= 0 || came == 0)) {
      return true;
    }
    assertEquals(series | came, sequence, "sequence of the frame");
    assertEquals(size(came), size, "bytes of frame " + came);
    came++;
    return true;
  }
}
