package org.vhostdp.bench.drivers;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.vhostdp.bench.host.Instance;
import org.vhostdp.bench.host.Workspace;

/** vhost-dp with the driver, as operators would configure it. */
final class OurSide implements Side {
  static final String NAME = "vhost-dp";

  private final boolean polled;
  private final Instance instance;

  OurSide(
      Cell cell, TestNamespace namespace, String device, int cpu, Workspace workspace, Path socket)
      throws IOException, InterruptedException {
    polled = cell.bed().isPolled();
    cell.bed().make(namespace, device, cell.direction());
    instance =
        Instance.start(
            cpu,
            workspace,
            List.of(
                "--busy-time",
                "-object",
                cell.bed().object(namespace, device, cell) + ",id=d0",
                "-netdev",
                "vhost-dp,id=vd0,driver=d0,socket=" + socket));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean alwaysPolls() {
    return false;
  }

  @Override
  public void go() throws IOException, InterruptedException {
    // It moves whatever is there.
    if (polled) {
      instance.resume();
    }
  }

  @Override
  public void halt() throws IOException, InterruptedException {
    // It sleeps when nothing is there.
    if (polled) {
      instance.pause();
    }
  }

  @Override
  public Counters counters() throws IOException {
    JsonObject status = instance.status();
    return new Counters(System.nanoTime(), Instance.busyNanos(status), cpuNanos());
  }

  @Override
  public long cpuNanos() throws IOException {
    return CpuTime.ofProcess(instance.pid());
  }

  @Override
  public String output() {
    return instance.output();
  }

  @Override
  public void close() {
    instance.close();
  }
}
