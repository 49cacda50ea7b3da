package org.vhostdp.cli.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.dataplane.config.DataplaneConfig;
import org.vhostdp.dataplane.config.DataplaneConfig.Netdev;
import org.vhostdp.dataplane.frontend.vhostuser.SocketSpec;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.port.PortServices;

final class ConfigReaderTest {
  private static final Path SOCKETS = Path.of("/run/x");

  private final ConfigReader reader = new ConfigReader(SOCKETS);

  private static final String WHOLE =
      """
      [dataplane]
      io-threads = 2
      io-cpus = [1, 3]
      spin-us = 7
      busy-time = true
      stores = ["/opt/a,b", "/opt/c"]
      metrics = "[::1]:9464"

      [driver.tap0]
      type = "tap"
      ifname = "tap0"
      depth = 9
      up = false
      address = ["192.0.2.1/24", "2001:db8::1/64"]

      [netdev.vd0]
      driver = "tap0"
      socket = "/tmp/vd0.sock"
      socket-mode = "0660"
      queues = 4
      mtu = 9000
      mac = "52:54:00:12:34:Ab"
      disable = ["packed", "event_idx"]
      config-space = false
      profile = "compat-1"
      driver-queues = 1
      steering = "ebpf:/sys/fs/bpf/steer"
      flows = ["tcp 10.0.0.1:80 > 10.0.0.2:* = 1", "udp * > [2001:db8::2]:53 = 3"]
      qos = ["tx rate=100mbit burst=64k", "class=2 dscp=46,34 priority=0 weight=4"]
      """;

  @Test
  void everyKeyArrives() throws ConfigRefused {
    ConfigDraft draft = reader.toml("f", WHOLE).read();
    DataplaneConfig config = draft.checked(Toy::of);
    assertEquals(List.of(Path.of("/opt/a,b"), Path.of("/opt/c")), draft.stores());
    assertEquals(2, config.io().threads());
    assertEquals(List.of(1, 3), config.io().cpus());
    assertEquals(7, config.io().spinMicros());
    assertTrue(config.io().busyTime());
    assertEquals(
        Map.of(
            "ifname",
            "tap0",
            "depth",
            "9",
            "up",
            "false",
            "address",
            "192.0.2.1/24,2001:db8::1/64"),
        config.driver("tap0").values());
    Netdev netdev = config.netdevs().getFirst();
    assertEquals(SocketSpec.Mode.SERVER, netdev.socket().mode());
    assertEquals(Path.of("/tmp/vd0.sock"), netdev.socket().path());
    assertEquals(0660, netdev.socket().permissions());
    assertFalse(netdev.socket().configSpace());
    assertEquals(4, netdev.port().queuePairs());
    assertEquals(9000, netdev.port().mtu());
    assertArrayEquals(new byte[] {0x52, 0x54, 0, 0x12, 0x34, (byte) 0xAB}, netdev.port().mac());
    assertEquals(~(Features.RING_PACKED | Features.EVENT_IDX), netdev.port().featureMask());
    assertEquals(new ListenAddress("::1", 9464), draft.metrics());
    PortServices services = netdev.port().services();
    assertEquals("compat-1", services.profile().name());
    assertEquals(1, services.driverQueues());
    assertEquals("ebpf:/sys/fs/bpf/steer", services.steering().policy());
    assertEquals(2, services.steering().flows().size());
    assertEquals(2, services.qos().lines().size());
  }

  @Test
  void linesInAnOptionAreSeparatedBySemicolons() throws ConfigRefused {
    DataplaneConfig config =
        reader
            .netdev(
                "vhost-dp,id=vd0,driver=t,queues=2,profile=bare-1,driver-queues=4,"
                    + "flows=tcp * > *:80 = 1;udp * > *:53 = 0,"
                    + "qos=tx rate=5mbit;class=1 dscp=46,,34 weight=2")
            .object("vhost-dp-tap,id=t")
            .read()
            .checked(Toy::of);
    PortServices services = config.netdevs().getFirst().port().services();
    assertEquals("bare-1", services.profile().name());
    assertEquals(4, services.driverQueues());
    assertEquals(2, services.steering().flows().size());
    assertEquals(2, services.qos().lines().size(), services.qos()::toString);
  }

  @Test
  void aDriverThatNoPortUsesStandsBy() throws ConfigRefused {
    DataplaneConfig config =
        reader
            .object("vhost-dp-tap,id=a")
            .object("vhost-dp-tap,id=b")
            .netdev("vhost-dp,id=n,driver=b")
            .read()
            .checked(Toy::of);
    assertEquals(List.of("a"), config.standby());
  }

  @Test
  void metricsAreShownWhereTheyAreAskedFor() throws Exception {
    ConfigDraft draft = reader.toml("f", WHOLE).read();
    String shown =
        ConfigText.toml(
            ConfigText.sections(
                draft.checked(Toy::of), DriverPolicy.NONE, draft.metrics(), Toy::of));
    assertTrue(shown.contains("metrics = \"[::1]:9464\"\n"), shown);
    assertEquals("127.0.0.1:0", ListenAddress.of("127.0.0.1:0").toString());
    assertEquals("localhost:80", ListenAddress.of("localhost:80").toString());
  }

  @Test
  void defaultsAreThoseOfTheExample() throws ConfigRefused {
    DataplaneConfig config =
        reader
            .object("vhost-dp-tap,id=t")
            .netdev("vhost-dp,id=vd0,driver=t")
            .read()
            .checked(Toy::of);
    assertEquals(DataplaneConfig.IoSettings.defaults(), config.io());
    Netdev netdev = config.netdevs().getFirst();
    assertEquals(SOCKETS.resolve("vd0.sock"), netdev.socket().path());
    assertEquals(0600, netdev.socket().permissions());
    assertTrue(netdev.socket().configSpace());
    assertEquals(1, netdev.port().queuePairs());
    assertEquals(0, netdev.port().mtu());
    assertNull(netdev.port().mac());
    assertEquals(-1L, netdev.port().featureMask());
    assertEquals(PortServices.DEFAULT, netdev.port().services());
  }

  @Test
  void optionsMeanTheSameAsSections() throws ConfigRefused {
    DataplaneConfig config =
        reader
            .netdev(
                "vhost-dp,id=vd0,driver=t,socket=/tmp/a,,b,queues=2,mtu=1400,mode=client,"
                    + "mac=52:54:00:00:00:01,disable=packed:mq,config-space=off")
            .object("vhost-dp-tap,id=t,up=off,address=192.0.2.1/24,,192.0.2.2/24")
            .read()
            .checked(Toy::of);
    Netdev netdev = config.netdevs().getFirst();
    assertEquals(Path.of("/tmp/a,b"), netdev.socket().path());
    assertEquals(SocketSpec.Mode.CLIENT, netdev.socket().mode());
    assertFalse(netdev.socket().configSpace());
    assertEquals(2, netdev.port().queuePairs());
    assertEquals(~(Features.RING_PACKED | Features.MQ), netdev.port().featureMask());
    assertEquals("false", config.driver("t").values().get("up"));
    assertEquals("192.0.2.1/24,192.0.2.2/24", config.driver("t").values().get("address"));
  }

  @Test
  void optionsStandAboveTheFile() throws ConfigRefused {
    DataplaneConfig config =
        reader
            .io("--io-threads", "io-threads", 3)
            .io("--io-cpus", "io-cpus", "0,2-3")
            .io("--spin-us", "spin-us", null)
            .toml("f", WHOLE)
            .read()
            .checked(Toy::of);
    assertEquals(3, config.io().threads());
    assertEquals(List.of(0, 2, 3), config.io().cpus());
    assertEquals(7, config.io().spinMicros());
  }

  @Test
  void whatIsShownCanBeReadAgain() throws Exception {
    DataplaneConfig config = reader.toml("f", WHOLE).read().checked(Toy::of);
    String shown = ConfigText.toml(ConfigText.sections(config, DriverPolicy.NONE, null, Toy::of));
    DataplaneConfig again = new ConfigReader(SOCKETS).toml("shown", shown).read().checked(Toy::of);
    assertEquals(
        shown, ConfigText.toml(ConfigText.sections(again, DriverPolicy.NONE, null, Toy::of)));
    assertTrue(shown.contains("depth = 9\nup = false\n"), shown);
  }

  @Test
  void secretsAreNotShown() throws Exception {
    DataplaneConfig config =
        reader
            .object("vhost-dp-tap,id=t,password=hunter2")
            .netdev("vhost-dp,id=n,driver=t")
            .read()
            .checked(Toy::of);
    assertFalse(
        ConfigText.toml(ConfigText.sections(config, DriverPolicy.NONE, null, Toy::of))
            .contains("hunter2"));
  }

  @Test
  void everyMistakeIsNamedAtOnceWithItsLine() {
    String text =
        """
        [dataplane]
        io-treads = 2
        spin-us = -1

        [driver.a]
        type = "tap"
        ifnam = "x"
        depth = 65
        up = "maybe"

        [netdev.n]
        driver = "a"
        queues = 0
        mtu = "big"
        """;
    ConfigRefused refused =
        assertThrows(ConfigRefused.class, () -> reader.toml("f", text).read().checked(Toy::of));
    assertEquals(
        List.of(
            "f:3: In [dataplane]: spin-us = -1 is not a whole number from 0 to 1000000.",
            "f:2: In [dataplane]: the key \"io-treads\" is unknown (known: busy-time, io-cpus,"
                + " io-threads, metrics, spin-us, stores). Did you mean \"io-threads\"?",
            "f:13: In [netdev.n]: queues = 0 is not a whole number from 1 to 127.",
            "f:14: In [netdev.n]: mtu = \"big\" is not a whole number from 68 to 65535.",
            "f:7: In [driver.a]: the key \"ifnam\" is unknown (known: address, depth, full, ifname,"
                + " netns, password, trust, type, up, version). Did you mean \"ifname\"?",
            "f:8: In [driver.a]: depth = 65 is not a whole number from 1 to 64.",
            "f:9: In [driver.a]: up = maybe is not true or false."),
        refused.mistakes());
  }

  @Test
  void aFileIsReadFromItsPath(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("c.toml"), WHOLE);
    assertEquals(1, reader.file(file).read().checked(Toy::of).netdevs().size());
  }
}
