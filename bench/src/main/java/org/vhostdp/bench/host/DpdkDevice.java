package org.vhostdp.bench.host;

/** A device of DPDK without hardware. Each process has one of its own. */
public enum DpdkDevice {
  /** Takes every frame, and makes frames without end; looks into none. */
  NET_NULL("net_null"),

  /** Hands back what it is given, by its mbuf: its transmit ring is its receive ring. */
  NET_RING("net_ring");

  private final String title;

  DpdkDevice(String title) {
    this.title = title;
  }

  /** Its name and arguments in {@code --vdev}, if it shall only take frames. */
  public String sink() {
    // Frames that nobody asked for would be made and dropped all the time.
    return this == NET_NULL ? "net_null0,no-rx=1" : "net_ring0";
  }

  /**
   * The same, if it shall make frames too.
   *
   * @param bytes of each frame
   */
  public String source(int bytes) {
    return this == NET_NULL ? "net_null0,size=" + bytes : "net_ring0";
  }

  /** The type and all keys but the id in {@code -object} of vhost-dp. */
  public static String object(String vdev) {
    return "vhost-dp-dpdk,vdev=" + vdev.replace(",", ",,");
  }

  @Override
  public String toString() {
    return title;
  }
}
