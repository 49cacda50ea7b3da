package org.vhostdp.driver.dpdk;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vhostdp.driver.dpdk.generated.Dpdk;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Wakeup;

/**
 * A receive queue's interrupt, where the poll mode driver has one. Its descriptor is an eventfd,
 * which is read here, or the device's own, which is ready as long as there is something. One thread
 * arms.
 */
final class DpdkWakeup implements Wakeup {
  private final int port;
  private final int queue;
  private final int fd;
  private final boolean counts;
  private final DpdkQueueRx rx;
  private final Poll poll = new Poll(1);
  private final CallState state = new CallState(Arena.ofAuto());
  private final MemorySegment counter = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);

  private DpdkWakeup(int port, int queue, int fd, DpdkQueueRx rx) {
    this.port = port;
    this.queue = queue;
    this.fd = fd;
    this.rx = rx;
    counts = isEventFd(fd);
    poll.set(0, fd, Poll.IN);
  }

  /** The wakeup of a queue of a started port; polled if it has no interrupt. */
  static Wakeup of(int port, int queue, DpdkQueueRx rx) {
    int fd = Dpdk.rte_eth_dev_rx_intr_ctl_q_get_fd((short) port, (short) queue);
    if (fd < 0 || Dpdk.rte_eth_dev_rx_intr_enable((short) port, (short) queue) != 0) {
      return Wakeup.polled();
    }
    return new DpdkWakeup(port, queue, fd, rx);
  }

  private static boolean isEventFd(int fd) {
    try {
      Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd));
      return target.toString().contains("eventfd");
    } catch (IOException e) {
      // Without /proc nobody knows: a descriptor that is not read stays ready, which only costs.
      return false;
    }
  }

  @Override
  public int fd() {
    return fd;
  }

  @Override
  public boolean arm() {
    if (counts) {
      clear();
    }
    // The order matters: what arrives after this call makes the descriptor ready, what arrived
    // before it is seen by the look.
    Dpdk.rte_eth_dev_rx_intr_enable((short) port, (short) queue);
    return rx.look();
  }

  /** Reads the eventfd, which may be a blocking one, if there is something to read. */
  private void clear() {
    try {
      poll.await(0);
    } catch (LinuxException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
    if ((poll.ready(0) & Poll.IN) != 0) {
      Io.read(state, fd, counter, Long.BYTES);
    }
  }
}
