package org.vhostdp.driver.mdev.virtio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.mdev.nic.DmaMemory;
import org.vhostdp.spi.DriverException;

/**
 * Commands to a network device (section 5.1.6.5): one at a time, each waited for. Control threads.
 */
final class ControlQueue {
  static final int RX = 0;
  static final int RX_PROMISCUOUS = 0;
  static final int MAC = 1;
  static final int MAC_ADDRESS_SET = 1;
  static final int QUEUES = 4;
  static final int QUEUES_SET = 0;
  static final int QUEUES_RSS = 1;

  /** Descriptors of its ring. */
  static final int SIZE = 8;

  /** Bytes of a command at most, its two numbers included. */
  static final int ROOM = 2048;

  private static final int OK = 0;
  private static final int NO_ANSWER = 0xff;
  private static final long PATIENCE_NANOS = 2_000_000_000L;

  private final VirtioPci pci;
  private final Vring ring;
  private final Doorbell doorbell;
  private final MemorySegment memory;
  private final long iova;

  /**
   * @param buffers memory for {@link #ROOM} bytes of command and one byte of answer, both read and
   *     written by the device
   */
  ControlQueue(VirtioPci pci, Vring ring, Doorbell doorbell, DmaMemory buffers, long at) {
    this.pci = pci;
    this.ring = ring;
    this.doorbell = doorbell;
    memory = buffers.segment().asSlice(at, ROOM + 1);
    iova = buffers.iova() + at;
  }

  /**
   * Gives a command.
   *
   * @param data what follows its two numbers
   * @return whether the device did it
   * @throws DriverException if it does not answer
   */
  boolean give(int kind, int command, byte[] data) throws DriverException {
    memory.set(ValueLayout.JAVA_BYTE, 0, (byte) kind);
    memory.set(ValueLayout.JAVA_BYTE, 1, (byte) command);
    MemorySegment.copy(data, 0, memory, ValueLayout.JAVA_BYTE, 2, data.length);
    memory.set(ValueLayout.JAVA_BYTE, ROOM, (byte) NO_ANSWER);
    ring.address[0] = iova;
    ring.length[0] = 2 + data.length;
    ring.address[1] = iova + ROOM;
    ring.length[1] = 1;
    ring.addChain(0, 2, 1);
    if (ring.publish()) {
      doorbell.ring();
    }
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!ring.hasUsed()) {
      if (System.nanoTime() - end > 0) {
        throw pci.failed("does not answer the command " + kind + "." + command);
      }
      Thread.onSpinWait();
    }
    if (ring.take(0) != 1) {
      throw pci.failed("answers a command that it was not given");
    }
    return memory.get(ValueLayout.JAVA_BYTE, ROOM) == OK;
  }

  /**
   * The same for a command that has to succeed.
   *
   * @param what it was for, after "refuses"
   */
  void require(int kind, int command, byte[] data, String what) throws DriverException {
    if (!give(kind, command, data)) {
      throw pci.failed("refuses " + what);
    }
  }
}
