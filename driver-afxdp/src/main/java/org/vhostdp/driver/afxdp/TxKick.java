package org.vhostdp.driver.afxdp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Io;
import org.vhostdp.netdevice.Gate;

/**
 * Makes the kernel look at a socket's transmit ring. A write of no bytes serves as the sendto(2) of
 * the kernel's documentation: both arrive at the socket as the same call.
 *
 * <p>It may take long, as the frames pass the kernel's stack within it; so it is an ordinary
 * downcall, which holds up no safepoint. Of one thread at a time.
 */
final class TxKick {
  /** Calls without a result after which what is left waits for the next burst. */
  private static final int PATIENCE = 16;

  /** Frames that one call sends at least, before Linux 6.17 also at most. */
  private static final int BUDGET = 32;

  private final int fd;
  private final XskRing ring;
  private final boolean copies;
  private final Gate gate;
  private final AfxdpCounters counters;
  private final CallState state = new CallState(Arena.ofAuto());
  private final MemorySegment nothing = Arena.ofAuto().allocate(1);
  private boolean down;

  TxKick(XskSocket socket, boolean copies, Gate gate, AfxdpCounters counters) {
    fd = socket.fd().raw();
    ring = socket.tx();
    this.copies = copies;
    this.gate = gate;
    this.counters = counters;
  }

  /** Whether the interface was down when it was last asked to send. */
  boolean isDown() {
    return down;
  }

  /**
   * Makes the kernel look, unless it does by itself. Where the kernel copies, each call sends up to
   * a number of frames, or says how it lost one.
   *
   * @param outstanding frames in the ring
   * @return frames that were lost
   */
  int send(int outstanding) {
    // Between the ring's index and its flag; see XskRing.needsWakeup.
    VarHandle.fullFence();
    down = false;
    if (!ring.needsWakeup()) {
      return 0;
    }
    int tries = outstanding / BUDGET + PATIENCE;
    int lost = 0;
    int calls = 0;
    boolean again = true;
    while (again) {
      calls++;
      long result = Io.write(state, fd, nothing, 0);
      if (result == -Errno.EBUSY && copies) {
        // The interface refused a frame, which is lost.
        lost++;
        again = lost < outstanding;
      } else {
        again = result < 0 && mayTry((int) -result) && tries-- > 0;
      }
    }
    counters.add(AfxdpCounters.KICKS, calls);
    return lost;
  }

  /** Whether what is left in the ring may go with another call. */
  private boolean mayTry(int errno) {
    switch (errno) {
      case Errno.ENETDOWN:
        down = true;
        return false;
      case Errno.ENXIO:
        gate.vanish();
        return false;
      default:
        // Without copies the interface goes on by itself.
        return copies;
    }
  }
}
