package org.vhostdp.driver.afxdp;

import org.vhostdp.netdevice.Gate;

/**
 * One queue of a port in both directions. Control threads only.
 *
 * @param gate what it may do
 * @param rx frames from the interface
 * @param tx frames to the interface
 */
record AfxdpQueuePair(Gate gate, AfxdpQueueRx rx, AfxdpQueueTx tx) {
  static AfxdpQueuePair of(AfxdpTraffic traffic, AfxdpQueueTx.Capacity capacity) {
    Gate gate = new Gate();
    return new AfxdpQueuePair(
        gate,
        new AfxdpQueueRx(gate, traffic.rx, capacity.lent()),
        new AfxdpQueueTx(gate, traffic.tx, capacity));
  }

  /** Works on sockets that are closed from now on. */
  void detach() {
    gate.set(false, false);
    rx.detach();
    tx.detach();
  }
}
