package org.vhostdp.driver.dpdk;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.Map;
import org.vhostdp.driver.dpdk.eal.DpdkErrors;
import org.vhostdp.driver.dpdk.eal.EalLog;
import org.vhostdp.driver.dpdk.eal.Libraries;
import org.vhostdp.driver.dpdk.eal.ThreadLocals;
import org.vhostdp.driver.dpdk.generated.Dpdk;
import org.vhostdp.driver.dpdk.generated.rte_ring;
import org.vhostdp.driver.dpdk.generated.rte_ring_headtail;
import org.vhostdp.linux.Errno;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * The wires of this process: two net_ring ports each, joined by two rings for each queue. The rings
 * are there while one of the ports is. Control threads.
 */
final class RingWires {
  private static final int ENDS = 2;
  private static final int ANY_SOCKET = -1;

  /** RING_F_SP_ENQ and RING_F_SC_DEQ: one thread at a time at each end. */
  private static final int SINGLE = 3;

  private static final Map<String, RingWires> WIRES = new HashMap<>();

  /** DPDK's names are those of the process; this driver may be loaded more than once in it. */
  private static final String OWN =
      Integer.toString(System.identityHashCode(WIRES) & 0xFFFFF, Character.MAX_RADIX);

  private final MbufPool pool;
  private final String name;
  private final int queues;
  private final MemorySegment[][] rings;
  private final boolean[] taken = new boolean[ENDS];

  private RingWires(MbufPool pool, String name, int queues, MemorySegment[][] rings) {
    this.pool = pool;
    this.name = name;
    this.queues = queues;
    this.rings = rings;
  }

  /**
   * One end of a wire, until closed.
   *
   * @param device name of the port
   */
  record End(RingWires wire, int side, String device) implements AutoCloseable {
    /** After the port is closed. */
    @Override
    public void close() {
      wire.leave(side);
    }
  }

  /**
   * Makes a port at a wire's free end, and the wire if it is the first.
   *
   * @param size frames that wait in a ring, a power of two
   * @throws DriverException if both ends are taken, or DPDK refuses
   */
  static End open(MbufPool pool, String name, int queues, int size) throws DriverException {
    synchronized (WIRES) {
      RingWires wire = WIRES.get(name);
      if (wire == null) {
        wire = new RingWires(pool, name, queues, make(name, queues, size));
        WIRES.put(name, wire);
      }
      int side = wire.taken[0] ? 1 : 0;
      if (wire.taken[side]) {
        throw new DriverException(
            Reason.BUSY,
            "Both ends of the wire " + name + " are taken (EBUSY).",
            "A wire joins two ports: give the third another one.");
      }
      wire.taken[side] = true;
      try {
        return new End(wire, side, wire.port(side));
      } catch (DriverException e) {
        wire.leave(side);
        throw e;
      }
    }
  }

  private static MemorySegment[][] make(String name, int queues, int size) throws DriverException {
    MemorySegment[][] rings = new MemorySegment[ENDS][queues];
    try (Arena arena = Arena.ofConfined()) {
      for (int side = 0; side < ENDS; side++) {
        for (int queue = 0; queue < queues; queue++) {
          String ring = OWN + "." + side + "." + queue + "." + name;
          rings[side][queue] =
              Dpdk.rte_ring_create(arena.allocateFrom(ring), size, ANY_SOCKET, SINGLE);
          if (rings[side][queue].address() == 0) {
            int errno = ThreadLocals.errno();
            free(rings);
            throw DpdkErrors.of("rte_ring_create", "the wire " + name, errno);
          }
        }
      }
    }
    return rings;
  }

  private static void free(MemorySegment[][] rings) {
    for (MemorySegment[] side : rings) {
      for (MemorySegment ring : side) {
        if (ring != null && ring.address() != 0) {
          Dpdk.rte_ring_free(ring);
        }
      }
    }
  }

  /** Makes the port; its name. */
  private String port(int side) throws DriverException {
    String device = name + "." + OWN + "." + side;
    try (Arena arena = Arena.ofConfined()) {
      int port =
          fromRings(
              arena.allocateFrom(device),
              pointers(arena, rings[side]),
              pointers(arena, rings[1 - side]));
      if (port < 0) {
        throw DpdkErrors.of(
            "rte_eth_from_rings", "the wire " + name, ThreadLocals.errno(), EalLog.last(), "");
      }
    }
    return "net_ring_" + device;
  }

  private static MemorySegment pointers(Arena arena, MemorySegment[] rings) {
    MemorySegment array = arena.allocate(ValueLayout.ADDRESS, rings.length);
    for (int i = 0; i < rings.length; i++) {
      array.setAtIndex(ValueLayout.ADDRESS, i, rings[i]);
    }
    return array;
  }

  /** rte_eth_from_rings of rte_eth_ring.h. */
  private int fromRings(MemorySegment device, MemorySegment rx, MemorySegment tx)
      throws DriverException {
    MethodHandle call =
        Linker.nativeLinker()
            .downcallHandle(
                Libraries.LOOKUP.findOrThrow("rte_eth_from_rings"),
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT));
    try {
      return (int) call.invokeExact(device, rx, queues, tx, queues, 0);
    } catch (Throwable e) {
      throw DpdkErrors.of("rte_eth_from_rings", "the wire " + name, Errno.EIO);
    }
  }

  private void leave(int side) {
    synchronized (WIRES) {
      taken[side] = false;
      if (!taken[0] && !taken[1]) {
        WIRES.remove(name);
        drain();
        free(rings);
      }
    }
  }

  /** Frames that nobody has received are the pool's again: nobody else uses the rings now. */
  private void drain() {
    for (MemorySegment[] side : rings) {
      for (MemorySegment ring : side) {
        MemorySegment head = ring.reinterpret(rte_ring.sizeof());
        int mask = rte_ring.mask(head);
        long objects = ring.address() + rte_ring.sizeof();
        MemorySegment slots =
            MemorySegment.ofAddress(objects).reinterpret((mask + 1L) * Long.BYTES);
        int end = rte_ring_headtail.tail(rte_ring.prod(head));
        for (int i = rte_ring_headtail.tail(rte_ring.cons(head)); i != end; i++) {
          long mbuf = slots.getAtIndex(ValueLayout.JAVA_LONG, i & mask);
          pool.freeOne(mbuf);
        }
      }
    }
  }
}
