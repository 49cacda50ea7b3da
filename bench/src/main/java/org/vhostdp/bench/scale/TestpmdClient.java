package org.vhostdp.bench.scale;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.bench.host.Testpmd;
import org.vhostdp.bench.host.Testpmd.Counters;

/** testpmd with a virtio-user device for each port. */
final class TestpmdClient implements Client {
  private final Testpmd testpmd;
  private final boolean sends;

  private TestpmdClient(Testpmd testpmd, boolean sends) {
    this.testpmd = testpmd;
    this.sends = sends;
  }

  static TestpmdClient start(
      int cpu, String prefix, List<Path> sockets, int pairs, Direction direction)
      throws IOException, InterruptedException {
    List<String> devices = new ArrayList<>();
    for (Path socket : sockets) {
      devices.add(
          "net_virtio_user%d,path=%s,queues=%d,queue_size=%d"
              .formatted(devices.size(), socket, pairs, RING_SIZE));
    }
    Testpmd testpmd =
        Testpmd.start(
            cpu, prefix, Side.TESTPMD_MIB, devices, Side.testpmdOptions(direction.client, pairs));
    return new TestpmdClient(testpmd, direction == Direction.TO_HOST);
  }

  @Override
  public double framesPerSecond(int millis) throws IOException, InterruptedException {
    testpmd.go();
    Thread.sleep(SETTLE_MILLIS);
    Counters from = testpmd.counters();
    Thread.sleep(millis);
    Counters to = testpmd.counters();
    testpmd.halt();
    long moved = sends ? to.sent() - from.sent() : to.received() - from.received();
    return moved * 1e9 / (to.nanos() - from.nanos());
  }

  @Override
  public void close() {
    testpmd.close();
  }
}
