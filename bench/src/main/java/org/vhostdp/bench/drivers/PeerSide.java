package org.vhostdp.bench.drivers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.vhostdp.bench.host.Testpmd;

/** testpmd, which forwards between DPDK's vhost and DPDK's driver. It runs in the namespace. */
final class PeerSide implements Side {
  private final DriverBed bed;
  private final String kernelSide;
  private final Testpmd testpmd;

  PeerSide(Cell cell, TestNamespace namespace, String device, int cpu, Path socket)
      throws IOException, InterruptedException {
    bed = cell.bed();
    bed.make(namespace, device);
    kernelSide = bed.kernelSide(device);
    List<String> devices = List.of("net_vhost0,iface=" + socket + ",queues=1", bed.vdev(device));
    testpmd =
        namespace.in(() -> Testpmd.start(cpu, "vdp-back", 256, devices, cell.testpmdOptions("io")));
  }

  @Override
  public String name() {
    return bed.peer();
  }

  @Override
  public String kernelSide() {
    return kernelSide;
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
    return new Counters(now.nanos(), now.busyNanos(), OptionalDouble.empty());
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
