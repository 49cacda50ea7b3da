package org.vhostdp.bench.drivers;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.vhostdp.bench.host.Instance;
import org.vhostdp.bench.host.Workspace;

/** vhost-dp with the driver, as operators would configure it. */
final class OurSide implements Side {
  static final String NAME = "vhost-dp";

  private final String kernelSide;
  private final Instance instance;

  OurSide(
      DriverBed bed,
      TestNamespace namespace,
      String device,
      int cpu,
      Workspace workspace,
      Path socket)
      throws IOException, InterruptedException {
    bed.make(namespace, device);
    kernelSide = bed.kernelSide(device);
    instance =
        Instance.start(
            cpu,
            workspace,
            List.of(
                "--busy-time",
                "-object",
                bed.object(namespace, device) + ",id=d0",
                "-netdev",
                "vhost-dp,id=vd0,driver=d0,socket=" + socket));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String kernelSide() {
    return kernelSide;
  }

  @Override
  public void go() {
    // It moves whatever is there.
  }

  @Override
  public void halt() {
    // It sleeps when nothing is there.
  }

  @Override
  public Counters counters() throws IOException {
    JsonObject status = instance.status();
    return new Counters(
        System.nanoTime(),
        Instance.busyNanos(status),
        OptionalDouble.of(cpuNanos(Path.of("/proc", "" + instance.pid(), "task"))));
  }

  /**
   * CPU time of the threads in a folder of /proc, those that the kernel works for them included.
   */
  static long cpuNanos(Path tasks) throws IOException {
    long sum = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        sum += threadNanos(thread.resolve("schedstat"));
      }
    }
    return sum;
  }

  private static long threadNanos(Path schedstat) throws IOException {
    try {
      return Long.parseLong(Files.readString(schedstat).split(" ")[0]);
    } catch (IOException e) {
      if (Files.exists(schedstat)) {
        throw e;
      }
      // The thread has ended meanwhile.
      return 0;
    }
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
