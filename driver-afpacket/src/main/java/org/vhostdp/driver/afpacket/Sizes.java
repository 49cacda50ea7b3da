package org.vhostdp.driver.afpacket;

import org.vhostdp.netdevice.VnetHeader;
import org.vhostdp.spi.DriverException;

/** How large rings are. */
final class Sizes {
  /** Bytes of a receive ring unless the configuration says how many frames. */
  private static final int USUAL_RING = 8 << 20;

  /** Bytes of a receive ring at most: the kernel would take memory from others until one dies. */
  private static final long MOST_RING = 1L << 30;

  private static final int LEAST_FRAMES = 256;
  private static final int MOST_FRAMES = 4096;

  /** Slots of a transmit ring: more than fit into the socket's send buffer. */
  private static final int SLOTS = 512;

  /** Bytes of layer 3 that slots hold at least: fewer entries for a large frame. */
  private static final int LEAST_MTU = 1500;

  /** Bytes behind the MTU: an Ethernet header with two VLAN tags. */
  private static final int ETHERNET = 22;

  private Sizes() {}

  /**
   * A receive ring whose slots hold a frame of an MTU; frames or 0 for as many as are usual.
   *
   * @throws DriverException if it would take more memory than a ring should
   */
  static Geometry receive(int mtu, int frames) throws DriverException {
    int room = FrameRx.HEADROOM + Math.max(mtu, LEAST_MTU) + ETHERNET;
    int usual = Math.clamp(USUAL_RING / Geometry.stride(room), LEAST_FRAMES, MOST_FRAMES);
    Geometry ring = Geometry.of(room, frames == 0 ? usual : frames);
    limit(frames, ring.bytes());
    return ring;
  }

  private static void limit(int frames, long bytes) throws DriverException {
    if (bytes > MOST_RING) {
      throw PacketOptions.wrong(
          "The key \"ring\" = " + frames + " asks for " + (bytes >> 20) + " MiB for each queue.",
          "A receive ring has at most " + (MOST_RING >> 20) + " MiB: set a smaller one.");
    }
  }

  /**
   * Blocks of a receive ring that hold so many frames of the usual MTU, or 0.
   *
   * @throws DriverException if it would take more memory than a ring should
   */
  static int blocks(int frames) throws DriverException {
    long bytes = frames == 0 ? USUAL_RING : (long) frames * Geometry.LEAST_FRAME;
    limit(frames, bytes);
    return (int) Math.max(2, (bytes + BlockRx.BLOCK - 1) / BlockRx.BLOCK);
  }

  /** The slots of a transmit ring. */
  static TxSlots slots(PacketDevice device) {
    int head = TxSlots.DATA + (device.vnet() ? VnetHeader.SIZE : 0);
    int room = head + Math.max(device.mtuAtOpen(), LEAST_MTU) + ETHERNET;
    return new TxSlots(Geometry.of(room, SLOTS), head);
  }
}
