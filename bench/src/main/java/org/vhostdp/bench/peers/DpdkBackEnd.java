package org.vhostdp.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.vhostdp.bench.host.Testpmd;

/** testpmd with DPDK's vhost library at its front. */
final class DpdkBackEnd implements BackEnd {
  private final Cell cell;
  private final Testpmd testpmd;

  DpdkBackEnd(Cell cell, int cpu, Path socket) throws IOException, InterruptedException {
    this.cell = cell;
    this.testpmd =
        Testpmd.start(
            cpu,
            "vdp-back",
            256,
            List.of("net_vhost0,iface=" + socket + ",queues=1"),
            cell.testpmdOptions(cell.direction().peer));
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
    return cell.direction() == Cell.Direction.HOST_TO_GUEST
        ? new Counters(c.sent(), c.busyNanos(), c.refused(), 0)
        : new Counters(c.received(), c.busyNanos(), 0, 0);
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
