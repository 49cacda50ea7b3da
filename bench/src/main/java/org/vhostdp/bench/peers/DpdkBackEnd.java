package org.vhostdp.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.bench.host.Testpmd;

/** testpmd with DPDK's vhost library at its front. */
final class DpdkBackEnd implements BackEnd {
  private final Cell cell;
  private final Testpmd testpmd;

  DpdkBackEnd(Cell cell, int cpu, Path socket) throws IOException, InterruptedException {
    this.cell = cell;
    List<String> devices = new ArrayList<>();
    devices.add("net_vhost0,iface=" + socket + ",queues=1");
    cell.ending().vdev(cell).ifPresent(devices::add);
    this.testpmd =
        Testpmd.start(cpu, "vdp-back", 256, devices, cell.testpmdOptions(cell.peerMode()));
    if (cell.frames() == Cell.MIX) {
      testpmd.commands("set txsplit rand");
    }
  }

  @Override
  public String side() {
    return Duel.PEER;
  }

  @Override
  public void go() throws IOException, InterruptedException {
    testpmd.go();
  }

  @Override
  public void halt() throws IOException, InterruptedException {
    testpmd.halt();
  }

  @Override
  public Counters counters() throws IOException, InterruptedException {
    Testpmd.Counters c = testpmd.counters();
    return switch (cell.direction()) {
      case HOST_TO_GUEST -> new Counters(c.sent(), c.busyNanos(), c.refused(), 0);
      case GUEST_TO_HOST -> new Counters(c.received(), c.busyNanos(), 0, 0);
      // Of two ports, each receives what the other has sent.
      case BOTH ->
          new Counters(
              c.received() / (cell.ending() == Ending.REFERENCE ? 1 : 2), c.busyNanos(), 0, 0);
    };
  }

  @Override
  public String output() {
    return testpmd.output();
  }

  @Override
  public void close() {
    testpmd.close();
  }
}
