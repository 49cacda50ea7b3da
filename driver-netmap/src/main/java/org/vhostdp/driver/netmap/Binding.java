package org.vhostdp.driver.netmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.netmap.generated.netmap_if;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.DriverException;

/** A descriptor bound to one pair of rings of a port. Control threads. */
final class Binding implements AutoCloseable {
  private final Fd fd;
  private final NetmapCalls.Got got;
  private SlotRing tx;
  private SlotRing rx;
  private MemorySegment netmapIf;
  private NetmapMemory memory;

  private Binding(Fd fd, NetmapCalls.Got got) {
    this.fd = fd;
    this.got = got;
  }

  /** Opens a descriptor and binds it; in the calling thread's network namespace. */
  static Binding open(PortName port, NetmapCalls.Wanted wanted) throws DriverException {
    Fd fd = NetmapCalls.open();
    try {
      return new Binding(fd, NetmapCalls.register(fd, port, wanted));
    } catch (DriverException | RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  NetmapCalls.Got got() {
    return got;
  }

  Fd descriptor() {
    return fd;
  }

  int fd() {
    return fd.raw();
  }

  /** Offset of the n-th ring that it is bound to, or -1. */
  private long ring(NetmapMemory region, int index) {
    return region.ring(got.offset(), index);
  }

  /**
   * Finds its rings.
   *
   * @param region mapped
   * @param index of the pair
   * @param host the pair is one of the host's
   */
  void find(NetmapMemory region, PortName port, int index, boolean host) throws DriverException {
    memory = region;
    netmapIf = region.netmapIf(got.offset());
    int txRings = netmap_if.ni_tx_rings(netmapIf);
    int rxRings = netmap_if.ni_rx_rings(netmapIf);
    int hostTx = netmap_if.ni_host_tx_rings(netmapIf);
    long sends =
        index < (host ? hostTx : txRings) ? ring(region, (host ? txRings : 0) + index) : -1;
    long receives = ring(region, txRings + hostTx + (host ? rxRings : 0) + index);
    if (receives < 0) {
      throw NetmapErrors.layout(port);
    }
    if (region.region() == null) {
      region.findBuffers(receives, port);
    }
    rx = SlotRing.at(region, receives);
    tx = sends < 0 || port.monitors() ? null : SlotRing.at(region, sends);
  }

  /** Takes the spare buffers, a list by the first word of each. */
  int[] takeSpares(PortName port) throws DriverException {
    int count = got.extra();
    int[] taken = new int[count];
    MemorySegment buffers = memory.region().segment();
    int next = netmap_if.ni_bufs_head(netmapIf);
    for (int i = 0; i < count; i++) {
      if (next <= 0 || next >= memory.buffers()) {
        throw NetmapErrors.layout(port);
      }
      taken[i] = next;
      next = buffers.get(ValueLayout.JAVA_INT, (long) next * memory.bufferBytes());
    }
    // The list is ours now: the kernel must not follow what frames left there, were we killed.
    netmap_if.ni_bufs_head(netmapIf, 0);
    return taken;
  }

  /** Puts spare buffers on the list again, for the kernel to free. */
  void leaveSpares(int[] spares) {
    MemorySegment buffers = memory.region().segment();
    int next = netmap_if.ni_bufs_head(netmapIf);
    for (int spare : spares) {
      buffers.set(ValueLayout.JAVA_INT, (long) spare * memory.bufferBytes(), next);
      next = spare;
    }
    netmap_if.ni_bufs_head(netmapIf, next);
  }

  /** Null where nothing can be sent. */
  SlotRing tx() {
    return tx;
  }

  SlotRing rx() {
    return rx;
  }

  @Override
  public void close() {
    fd.close();
  }
}
