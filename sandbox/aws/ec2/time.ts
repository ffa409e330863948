/** A time as EC2 writes it. */
export const ec2Time = (at: number): string => new Date(at).toISOString();
