package org.vhostdp.driver.netmap;

import org.vhostdp.linux.LinuxException;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.netdevice.Outgoing;

/** One queue pair. Control threads. */
record Pair(NetmapRx rx, NetmapTx tx) implements AutoCloseable {
  static Pair of(Gate gate, NetmapTraffic traffic, Outgoing outgoing, Geometry geometry)
      throws LinuxException {
    NetmapRx rx = new NetmapRx(gate, traffic.rx(), geometry.header(), geometry.rxLent());
    try {
      int header = geometry.header();
      return new Pair(rx, new NetmapTx(gate, traffic.tx(), outgoing, header, geometry.segments()));
    } catch (LinuxException | RuntimeException e) {
      rx.close();
      throw e;
    }
  }

  void start() {
    rx.start();
    tx.start();
  }

  void stop() {
    rx.stop();
    tx.stop();
  }

  @Override
  public void close() {
    rx.close();
    tx.close();
  }
}
