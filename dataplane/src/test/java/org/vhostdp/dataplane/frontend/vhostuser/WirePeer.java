package org.vhostdp.dataplane.frontend.vhostuser;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;

/**
 * The other end of a wire of the reference driver: what a port's frames come out of. One thread.
 */
final class WirePeer implements AutoCloseable {
  private static final int MOST = 64;

  private final Port port;
  private final Burst burst = new Burst(MOST);

  private WirePeer(Port port) {
    this.port = port;
  }

  /** Joins a wire and takes frames at once. */
  static WirePeer join(String wire) throws DriverException {
    Port port = end(wire);
    port.configure(PortSettings.defaults());
    port.start();
    return new WirePeer(port);
  }

  /** A driver's port at one end of a wire. */
  static Port end(String wire) throws DriverException {
    return PortBed.loopback("mode", "pair", "wire", wire);
  }

  private MemorySegment memory() {
    return port.regions().get(0).segment();
  }

  /** Sends one frame; false if the other end takes none now. */
  boolean send(byte[] frame) {
    if (port.tx(0).claim(burst, 1) == 0) {
      return false;
    }
    MemorySegment.copy(frame, 0, memory(), ValueLayout.JAVA_BYTE, burst.offset[0], frame.length);
    burst.length[0] = frame.length;
    burst.flags[0] = 0;
    int sent = port.tx(0).transmit(burst, 0, 1);
    port.tx(0).unclaim(burst, sent, 1 - sent);
    return sent == 1;
  }

  /** What has arrived. */
  List<byte[]> receive() {
    int n = port.rx(0).receive(burst, MOST);
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      frames.add(memory().asSlice(burst.offset[i], burst.length[i]).toArray(ValueLayout.JAVA_BYTE));
    }
    port.rx(0).release(burst, 0, n);
    return frames;
  }

  @Override
  public void close() {
    port.close();
  }
}
