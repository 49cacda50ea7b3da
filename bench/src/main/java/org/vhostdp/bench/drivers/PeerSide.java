package org.vhostdp.bench.drivers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.vhostdp.bench.host.Testpmd;

/** testpmd, which forwards between DPDK's vhost and DPDK's driver. It runs in the namespace. */
final class PeerSide implements Side {
  static final String NAME = "testpmd";

  private final Testpmd testpmd;

  PeerSide(Cell cell, TestNamespace namespace, String device, int cpu, Path socket)
      throws IOException, InterruptedException {
    DriverBed bed = cell.bed();
    bed.make(namespace, device, cell.direction());
    List<String> devices =
        List.of("net_vhost0,iface=" + socket + ",queues=1", bed.vdev(device, cell));
    testpmd =
        namespace.in(() -> Testpmd.start(cpu, "vdp-back", 256, devices, cell.testpmdOptions("io")));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean alwaysPolls() {
    return true;
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
    Testpmd.Counters now = testpmd.counters();
    return new Counters(now.nanos(), now.busyNanos(), cpuNanos());
  }

  @Override
  public long cpuNanos() throws IOException {
    return CpuTime.ofProcess(testpmd.pid());
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
