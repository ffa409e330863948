import { AwsError } from './protocol/aws-error.ts';
import type { Asked, Call, Service } from './protocol/service.ts';

/** Which requests fail: all that fit everything given. */
export interface FaultPlace {
  /** An account's number. */
  readonly account?: string;
  readonly region?: string;
  /** `DescribeVolumes` or `ec2:DescribeVolumes`. */
  readonly operation?: string;
  /** Only requests for a page after the first. */
  readonly nextPage?: boolean;
}

/**
 * How they fail: `throttled` and `denied` in the words of the service that is asked, `reset` by a connection that ends
 * without an answer, or an error of AWS by its code.
 */
export type FaultKind = 'throttled' | 'denied' | 'reset' | { code: string; message?: string; status?: number };

export interface Faults {
  /** Lets requests fail. @param place a number of twelve digits: an account; a region's name; or else an operation */
  fail(place: string | FaultPlace, kind: FaultKind, times?: number): void;
  /** No request fails any more. */
  clear(): void;
  /** The fault that a request meets, which is used up by it. */
  take(service: Service, call: Call, asked: Asked): AwsError | 'reset' | undefined;
}

const placeOf = (place: string | FaultPlace): FaultPlace => {
  if (typeof place !== 'string') return place;
  if (/^\d{12}$/.test(place)) return { account: place };
  return /^[a-z]{2}(-[a-z]+)+-\d$/.test(place) ? { region: place } : { operation: place };
};

const fits = (place: FaultPlace, call: Call, asked: Asked): boolean =>
  (place.account === undefined || place.account === call.caller?.account) &&
  (place.region === undefined || place.region === call.region) &&
  (place.operation === undefined || [asked.operation, asked.permission].includes(place.operation)) &&
  (place.nextPage === undefined || place.nextPage === asked.nextPage);

/** How AWS says that somebody lacks a permission, which names it. */
const deniedText = (call: Call, { permission }: Asked): string =>
  `User: ${call.caller?.arn ?? 'anonymous'} is not authorized to perform: ${permission} ` +
  `because no identity-based policy allows the ${permission} action`;

export function createFaults(): Faults {
  let planned: { place: FaultPlace; kind: FaultKind; left: number }[] = [];
  return {
    fail: (place, kind, times = 1) => void planned.push({ place: placeOf(place), kind, left: times }),
    clear: () => void (planned = []),
    take: (service, call, asked) => {
      const met = planned.find(({ place, left }) => left > 0 && fits(place, call, asked));
      if (!met) return undefined;
      met.left -= 1;
      if (met.kind === 'reset') return 'reset';
      if (met.kind === 'throttled') return service.throttled();
      if (met.kind === 'denied') return service.denied(deniedText(call, asked));
      return new AwsError(met.kind.code, met.kind.message ?? met.kind.code, met.kind.status);
    },
  };
}
