package org.vhostdp.tck.rules;

import static org.vhostdp.spi.Offload.CSUM_PARTIAL;
import static org.vhostdp.spi.Offload.CSUM_VALID;
import static org.vhostdp.spi.Offload.GSO_TCP4;
import static org.vhostdp.spi.Offload.GSO_USO;
import static org.vhostdp.spi.Offload.HASH;
import static org.vhostdp.spi.Offload.VLAN;

import java.util.List;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;

/** Checksums, segmentation and VLAN tags that the device makes or takes. */
final class OffloadRules {
  private static final Need OPEN = Need.txOffload("transmit checksum offload", CSUM_PARTIAL);

  private OffloadRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "OFF-1",
            "undeclared offloads are not used",
            "An offload that is not in the capabilities (towards the driver) or the settings (from"
                + " the driver) is not used; a frame that uses one is refused with"
                + " Burst.BAD_OFFLOAD.",
            Need.NOTHING,
            OffloadRefusals::undeclaredOffloadsAreNotUsed),
        rule(
            "OFF-2",
            "a large frame leaves its checksum open",
            "A GSO bit comes with CSUM_PARTIAL: each segment's checksum is made when it is cut.",
            Need.txOffload("transmit TCP segmentation over IPv4", GSO_TCP4),
            OffloadRefusals::aLargeFrameLeavesItsChecksumOpen),
        rule(
            "OFF-3",
            "numbers that do not fit are refused",
            "Header length is a hint; 0 means unknown. Checksum start and offset that do not lie in"
                + " the frame, and a GSO size of 0, are refused with Burst.BAD_OFFLOAD.",
            OPEN,
            OffloadRefusals::numbersThatDoNotFitAreRefused),
        rule(
            "OFF-4",
            "an open checksum is completed or passed on",
            "A frame sent with CSUM_PARTIAL reaches the wire with its checksum completed, or passed"
                + " on open where the far end takes it so.",
            OPEN,
            Checksums::anOpenChecksumIsCompletedOrPassedOn),
        rule(
            "OFF-5",
            "a wrong checksum is not vouched for",
            "CSUM_VALID is never set on a received frame whose checksum is wrong.",
            Need.rxOffload("receive checksum validation", CSUM_VALID),
            Checksums::aWrongChecksumIsNotVouchedFor),
        rule(
            "OFF-6",
            "zero in UDP means none",
            "A UDP checksum that is computed to be zero is written as 0xffff; a zero, which means"
                + " that there is none, stays zero.",
            Need.NOTHING,
            Checksums::zeroInUdpMeansNone),
        rule(
            "OFF-7",
            "TCP segments carry the payload",
            "TCP segments cut from a frame carry its payload in order, none of them more than GSO"
                + " size, with headers and checksums that fit.",
            Need.txOffload("transmit TCP segmentation over IPv4", GSO_TCP4 | CSUM_PARTIAL),
            Segments::tcpSegmentsCarryThePayload),
        rule(
            "OFF-8",
            "UDP datagrams carry the payload",
            "UDP datagrams cut from a frame carry its payload in order, GSO size bytes each, the"
                + " last what is left, with headers and checksums that fit.",
            Need.txOffload("transmit UDP segmentation", GSO_USO | CSUM_PARTIAL),
            Segments::udpDatagramsCarryThePayload),
        rule(
            "OFF-9",
            "headers of a coalesced frame fit it",
            "The headers and numbers of a received frame with a GSO bit fit the whole frame, and"
                + " its payload is that of the wire.",
            Need.rxOffload("receive TCP segmentation over IPv4", GSO_TCP4 | CSUM_PARTIAL),
            Segments::headersOfACoalescedFrameFitIt),
        rule(
            "OFF-10",
            "a tag is put in",
            "A frame sent with VLAN has its tag behind the addresses on the wire.",
            Need.txOffload("VLAN insertion", VLAN),
            Tags::aTagIsPutIn),
        rule(
            "OFF-11",
            "a tag is never lost",
            "The tag of a received frame stands in its bytes or, if the settings name VLAN, in"
                + " Burst.vlan instead.",
            Need.NOTHING,
            Tags::aTagIsNeverLost),
        rule(
            "OFF-12",
            "the inner tag is left alone",
            "Of two tags only the outer one is ever put in or taken out; the inner one stays in the"
                + " bytes.",
            Need.NOTHING,
            Tags::theInnerTagIsLeftAlone),
        rule(
            "OFF-13",
            "a hash is the flow's",
            "With HASH in the settings frames may come with a flow hash: its type is one of"
                + " Steering's, and frames of one flow have the same.",
            Need.rxOffload("receive flow hashes", HASH),
            Hashes::areOfTheFlow));
  }

  private static Rule rule(String id, String title, String sentence, Need need, RuleTest test) {
    return new Rule(id, title, "Offload", sentence, Group.OFFLOAD, need, test);
  }
}
