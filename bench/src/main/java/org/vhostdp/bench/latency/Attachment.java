package org.vhostdp.bench.latency;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.bench.host.Instance;
import org.vhostdp.bench.host.Testpmd;
import org.vhostdp.bench.host.Workspace;
import org.vhostdp.guest.twin.Feature;
import org.vhostdp.guest.twin.NetQueue;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;

/**
 * A back-end that returns each frame on the port it came from, and the client's device on that
 * port. Outside its windows it uses no CPU.
 */
final class Attachment implements AutoCloseable {
  static final String OURS = "vhost-dp";
  static final String PEER = "testpmd";

  /** Descriptors of each ring. */
  static final int RING = 1024;

  private static final int BACK_CPU = 0;
  private static final int PEER_MEMORY_MIB = 512;
  private static final int BUFFER_BYTES = 2048;

  /**
   * Nothing but what moves plain frames. Without EVENT_IDX one flag holds back all interrupts; with
   * it, one would come each time the index goes round.
   */
  private static final long FEATURES =
      Feature.VERSION_1 | Feature.PROTOCOL_FEATURES | Feature.MRG_RXBUF | Feature.INDIRECT_DESC;

  private final String side;
  private final long pid;
  private final Runnable end;
  private final Testpmd testpmd;
  private final TwinDevice device;

  private Attachment(String side, long pid, Runnable end, Testpmd testpmd, TwinDevice device) {
    this.side = side;
    this.pid = pid;
    this.end = end;
    this.testpmd = testpmd;
    this.device = device;
  }

  /** Starts vhost-dp with the reference driver as a loop, and attaches the client. */
  static Attachment vhostDp(Workspace workspace, boolean packed, boolean patient)
      throws IOException, InterruptedException {
    Path socket = workspace.fresh(".ours");
    List<String> arguments = new ArrayList<>();
    if (patient) {
      arguments.addAll(List.of("--spin-us", "" + Cell.PATIENT_SPIN));
    }
    // Without foreign memory each frame is copied in and out, as testpmd does with its mbufs.
    arguments.addAll(
        List.of("-object", "vhost-dp-loopback,id=d0,mode=loopback,foreign=off,depth=" + RING));
    arguments.addAll(List.of("-netdev", "vhost-dp,id=vd0,driver=d0,socket=" + socket));
    Instance instance = Instance.start(BACK_CPU, workspace, arguments);
    try {
      return new Attachment(OURS, instance.pid(), instance::close, null, attach(socket, packed));
    } catch (IOException | RuntimeException e) {
      instance.close();
      throw e;
    }
  }

  /** Starts testpmd with net_vhost, and attaches the client. */
  static Attachment testpmd(Workspace workspace, boolean packed)
      throws IOException, InterruptedException {
    Path socket = workspace.fresh(".peer");
    String device = "net_vhost0,iface=" + socket + ",queues=1";
    Testpmd testpmd =
        Testpmd.start(
            BACK_CPU,
            "vdp-latency",
            PEER_MEMORY_MIB,
            List.of(device),
            List.of("--forward-mode=io"));
    try {
      return new Attachment(PEER, testpmd.pid(), testpmd::close, testpmd, attach(socket, packed));
    } catch (IOException | RuntimeException e) {
      testpmd.close();
      throw e;
    }
  }

  private static TwinDevice attach(Path socket, boolean packed) throws IOException {
    TwinOptions options =
        TwinOptions.defaults()
            .withFeatures(FEATURES | (packed ? Feature.RING_PACKED : 0))
            .withRingSize(RING)
            .withOrder(TwinOptions.Order.DPDK, TwinOptions.Kick.EVENTFD)
            .withBuffers(TwinOptions.Framing.ONE, BUFFER_BYTES)
            .withMemory(1, true);
    TwinDevice device = TwinDevice.start(socket, options);
    if (packed && (device.features() & Feature.RING_PACKED) == 0) {
      device.close();
      throw new IOException("The back-end at " + socket + " does not offer packed rings.");
    }
    return device;
  }

  String side() {
    return side;
  }

  /** The back-end's process. */
  long pid() {
    return pid;
  }

  /**
   * The client's queue pair; for the client's thread, between {@link #resume} and {@link #halt}.
   */
  NetQueue queue() {
    return device.net().pair(0);
  }

  /** Begins to return frames. */
  void resume() throws IOException, InterruptedException {
    if (testpmd != null) {
      testpmd.go();
    }
  }

  /** Ends it; vhost-dp sleeps by itself once nothing comes. */
  void halt() throws IOException, InterruptedException {
    if (testpmd != null) {
      testpmd.halt();
    }
  }

  /** Ends the back-end only: the client's thread may still be at work on the device. */
  void end() {
    end.run();
  }

  @Override
  public void close() {
    try {
      device.close();
    } finally {
      end();
    }
  }
}
