// A recorded descent: what a program computed, with losses enclosed.

import { lossAgainstTime, ratioAgainstLoss } from "./charts.js";
import { descriptions, element, paragraph } from "./element.js";
import { networkPart } from "./network.js";
import { neuronMap } from "./neuron_map.js";
import { enclosure, text } from "./number.js";

export const trajectoryName = () => "A recorded descent";
export const trajectoryTitle = (document) => `${trajectoryName()}: ${document.network.name || document.file}`;

/** Envelopes that certificates of this page claim for the same start and step. */
function envelopeFor(document, documents) {
  return documents.find(
    (other) =>
      other.format === "lojacert-certificate/1" &&
      other.certificate.claim.kind === "convergence" &&
      other.certificate.claim.step === document.step &&
      other.network.instance_digest === document.network.instance_digest,
  );
}

export function trajectoryParts(document, documents) {
  const recorded = document.recorded ?? [];
  const last = recorded[recorded.length - 1];
  const cited = envelopeFor(document, documents);
  return [
    {
      id: "run",
      title: "What was recorded",
      content: [
        paragraph("A program recorded these iterates of gradient descent, in floating point. By itself such a record proves nothing about descent: a certificate of the kind `trajectory` does. The losses and gradients shown are enclosed at the recorded weights, by lojacert's rigorous arithmetic; lojaverify did not check them."),
        descriptions([
          ["File", element("code", {}, document.file)],
          ["Step", text(document.step)],
          ["Iterates in the file", String(document.iterates)],
          ["Shown", recorded.length > 0 ? String(recorded.length) : "none: too many students to evaluate them here"],
          ["Loss at the first", recorded.length > 0 && enclosure(recorded[0].loss)],
          ["Loss at the last", last && `${enclosure(last.loss)} after ${last.iteration} steps`],
        ]),
      ],
    },
    {
      id: "picture",
      title: "In pictures",
      content:
        recorded.length > 0
          ? [
              lossAgainstTime({
                network: document.network,
                recorded,
                envelope: cited?.certificate.claim.envelope,
                envelopeText: cited && `the envelope of ${cited.file.replaceAll(/[$`]/g, "")} (${cited.verification?.status === "VERIFIED" ? "certified" : "claimed, not verified"})`,
              }),
              recorded.some(({ ratio }) => ratio) && ratioAgainstLoss({ beta: recorded[0].beta, recorded }),
            ]
          : null,
    },
    {
      id: "network",
      title: "About which network",
      content: [networkPart(document.network, { source: document.file, classes: document.network.classes }), neuronMap(document.network, document.network.classes, "The first iterate; students are marked by their nearest teacher within half a radian.")],
    },
  ];
}
