package org.vhostdp.guest.twin;

import java.util.List;

/** The virtio-net driver on a started {@link TwinDevice}: its queue pairs and control queue. */
public final class TwinNet {
  private final List<NetQueue> pairs;
  private final ControlQueue control;
  private final int headerBytes;

  TwinNet(List<NetQueue> pairs, ControlQueue control, int headerBytes) {
    this.pairs = List.copyOf(pairs);
    this.control = control;
    this.headerBytes = headerBytes;
  }

  /** Number of queue pairs. */
  public int pairs() {
    return pairs.size();
  }

  /** One queue pair. */
  public NetQueue pair(int index) {
    return pairs.get(index);
  }

  /** The control queue; IllegalStateException when CTRL_VQ is not negotiated. */
  public ControlQueue control() {
    if (control == null) {
      throw new IllegalStateException("CTRL_VQ is not negotiated");
    }
    return control;
  }

  /** Size of the virtio-net header in use, bytes. */
  public int headerBytes() {
    return headerBytes;
  }
}
